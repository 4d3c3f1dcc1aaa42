add_library(minpaas_test_program STATIC support/program.cc)
target_link_libraries(minpaas_test_program PUBLIC minpaas_flags minpaas::base)

minpaas_test(sshd_test LABEL unit
  SOURCES unit/sshd/admission_test.cc unit/sshd/channel_requests_test.cc
    unit/sshd/exec_queues_test.cc unit/sshd/host_keys_test.cc unit/sshd/login_test.cc
    unit/sshd/penalties_test.cc unit/sshd/receive_window_test.cc unit/sshd/session_timers_test.cc
  LIBRARIES minpaas::sshd)

minpaas_test(sshd_clients_test LABEL integration
  SOURCES integration/sshd/ssh_server_fixture.cc integration/sshd/openssh_test.cc
    integration/sshd/other_clients_test.cc integration/sshd/login_attacks_test.cc
    integration/sshd/connection_attacks_test.cc integration/sshd/stop_test.cc
  LIBRARIES minpaas::sshd minpaas_test_program PkgConfig::LIBSSH)
target_compile_definitions(sshd_clients_test PRIVATE MINPAAS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
  MINPAAS_TEST_HOST_KEYS="${CMAKE_CURRENT_BINARY_DIR}/ssh_host_keys")
