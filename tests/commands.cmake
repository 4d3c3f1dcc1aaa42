minpaas_test(commands_test LABEL unit
  SOURCES unit/sshd/commands/command_handler_test.cc unit/sshd/commands/command_table_test.cc
    unit/sshd/commands/config_input_test.cc unit/sshd/commands/exec_line_test.cc
    unit/sshd/commands/scene.cc unit/sshd/commands/transcript_test.cc unit/support/fake_platform_test.cc
  LIBRARIES minpaas::commands minpaas::fake_platform fmt::fmt nlohmann_json::nlohmann_json)
target_compile_definitions(commands_test PRIVATE
  MINPAAS_COMMANDS_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data/commands"
  MINPAAS_DOCS="${PROJECT_SOURCE_DIR}/docs")
