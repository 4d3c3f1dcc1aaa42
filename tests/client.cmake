minpaas_test(client_test LABEL unit
  SOURCES unit/client/command_line_test.cc unit/client/json_text_test.cc unit/client/quoting_test.cc
    unit/client/server_address_test.cc unit/client/verb_table_test.cc
  LIBRARIES minpaas_client minpaas::command_docs minpaas::commands nlohmann_json::nlohmann_json)
