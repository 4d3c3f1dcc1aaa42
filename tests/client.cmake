minpaas_test(client_test LABEL unit
  SOURCES unit/client/command_line_test.cc unit/client/json_text_test.cc unit/client/quoting_test.cc
    unit/client/server_address_test.cc unit/client/verb_table_test.cc
    unit/command_docs/manual_test.cc
  LIBRARIES minpaas_client minpaas::command_docs minpaas::commands nlohmann_json::nlohmann_json)

# The completions and manual pages, with the shells and readers they are for.
add_test(NAME command_docs.pages
  COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/integration/command_docs/pages_check.py"
    "${PROJECT_BINARY_DIR}/cmd/command_docs/pages" $<TARGET_FILE:minpaasd>)
set_tests_properties(command_docs.pages PROPERTIES LABELS integration TIMEOUT 120)
