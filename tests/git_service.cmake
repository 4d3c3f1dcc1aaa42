minpaas_test(git_service_test LABEL unit
  SOURCES unit/sshd/git/deploy_options_test.cc unit/sshd/git/git_request_test.cc
    unit/sshd/git/pkt_line_test.cc unit/sshd/git/push_header_test.cc
    unit/sshd/git/push_slots_test.cc unit/sshd/git/side_band_test.cc
  LIBRARIES minpaas::git_service)

add_library(push_support STATIC support/push_script.cc)
target_link_libraries(push_support PUBLIC minpaas::receive_pack pack_support)

minpaas_test(receive_pack_test LABEL integration
  SOURCES integration/git/receive_pack_test.cc
  LIBRARIES push_support)
