add_library(minpaas_test_program STATIC support/program.cc)
target_link_libraries(minpaas_test_program PUBLIC minpaas_flags minpaas::base)

minpaas_test(sshd_clients_test LABEL integration
  SOURCES integration/sshd/ssh_server_fixture.cc integration/sshd/openssh_test.cc
  LIBRARIES minpaas::sshd minpaas_test_program)
target_compile_definitions(sshd_clients_test PRIVATE MINPAAS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
  MINPAAS_TEST_HOST_KEYS="${CMAKE_CURRENT_BINARY_DIR}/ssh_host_keys")
