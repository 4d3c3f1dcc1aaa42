add_library(pack_support STATIC support/pack_builder.cc)
target_link_libraries(pack_support PUBLIC minpaas::app PRIVATE PkgConfig::ZLIB PkgConfig::OPENSSL_CRYPTO)

minpaas_test(git_test LABEL unit
  SOURCES unit/core/git/ignore_rules_test.cc unit/core/git/object_check_test.cc
    unit/core/git/pack_parser_test.cc unit/core/git/ref_name_test.cc unit/core/git/remote_url_test.cc
  LIBRARIES minpaas::git pack_support)
add_library(commit_support STATIC support/commits.cc)
target_link_libraries(commit_support PUBLIC minpaas::app PRIVATE PkgConfig::LIBGIT2)

minpaas_test(git_repository_test LABEL integration
  SOURCES integration/git/archive_commit_test.cc integration/git/pack_receiver_test.cc integration/git/ref_update_test.cc
    integration/git/repository_test.cc integration/git/tree_archive_test.cc
  LIBRARIES minpaas::git minpaas::archive pack_support commit_support minpaas_test_program PkgConfig::ZLIB)

minpaas_test(remote_fetch_test LABEL integration
  SOURCES integration/git/remote_fetch_test.cc
  LIBRARIES minpaas::git minpaas_test_program)
target_compile_definitions(remote_fetch_test PRIVATE
  MINPAAS_GIT_SERVER="${CMAKE_CURRENT_SOURCE_DIR}/support/git_server.py"
  MINPAAS_OWN_NETWORK="${CMAKE_CURRENT_SOURCE_DIR}/support/own_network.py")
