minpaas_test(git_service_test LABEL unit
  SOURCES unit/sshd/git/deploy_options_test.cc unit/sshd/git/fetch_header_test.cc
    unit/sshd/git/git_request_test.cc
    unit/sshd/git/pkt_line_test.cc unit/sshd/git/push_header_test.cc
    unit/sshd/git/push_slots_test.cc unit/sshd/git/side_band_test.cc
  LIBRARIES minpaas::git_service)

add_library(push_support STATIC support/push_script.cc)
target_link_libraries(push_support PUBLIC minpaas::receive_pack pack_support)

minpaas_test(receive_pack_test LABEL integration
  SOURCES integration/git/receive_pack_test.cc
  LIBRARIES push_support)

minpaas_test(deploy_target_test LABEL integration
  SOURCES integration/git/deploy_target_test.cc
  LIBRARIES minpaas::git_service minpaas::fake_platform push_support)

# Real clients against the program.
minpaas_test(git_client_test LABEL integration
  SOURCES integration/git/fetch_client_test.cc integration/git/front_test.cc
    integration/git/git_client_test.cc
  LIBRARIES minpaas_test_program)
add_dependencies(git_client_test minpaasd)
target_compile_definitions(git_client_test PRIVATE MINPAASD="$<TARGET_FILE:minpaasd>")
foreach(client dulwich pygit2)
  add_test(NAME clients.${client} COMMAND /usr/bin/python3
    "${CMAKE_CURRENT_SOURCE_DIR}/integration/git/clients.py" $<TARGET_FILE:minpaasd> ${client})
  set_tests_properties(clients.${client} PROPERTIES LABELS integration TIMEOUT 120 SKIP_RETURN_CODE 77)
endforeach()
