minpaas_test(http_test LABEL unit
  SOURCES unit/http/answer_mask_test.cc unit/http/api_keys_test.cc unit/http/api_streams_test.cc unit/http/api_test.cc unit/http/command_words_test.cc unit/http/connection_test.cc unit/http/head_check_test.cc unit/http/metrics_text_test.cc unit/http/request_test.cc
    unit/http/answers_test.cc unit/http/routes_test.cc
    unit/sshd/commands/examples.cc unit/sshd/commands/scene.cc support/exposition.cc support/json_schema.cc
  LIBRARIES minpaas::http minpaas::fake_platform fmt::fmt nlohmann_json::nlohmann_json)
target_compile_definitions(http_test PRIVATE MINPAAS_DOCS="${PROJECT_SOURCE_DIR}/docs")
foreach(part replay traversal)
  minpaas_test(${part}_test LABEL integration
    SOURCES integration/http/${part}_test.cc
    LIBRARIES minpaas::http minpaas::deploy_support fmt::fmt)
endforeach()
minpaas_test(http_server_test LABEL integration
  SOURCES integration/http/http_server_test.cc
  LIBRARIES minpaas::http minpaas::fake_platform fmt::fmt)
