minpaas_test(commands_test LABEL unit
  SOURCES unit/sshd/commands/command_handler_test.cc unit/sshd/commands/command_table_test.cc
    unit/sshd/commands/config_input_test.cc unit/sshd/commands/exec_line_test.cc
    unit/sshd/commands/answer_mask_test.cc unit/sshd/commands/examples.cc unit/sshd/commands/record_test.cc
    unit/sshd/commands/scene.cc unit/sshd/commands/transcript_test.cc unit/support/fake_platform_test.cc
  LIBRARIES minpaas::commands minpaas::fake_platform fmt::fmt nlohmann_json::nlohmann_json)
target_compile_definitions(commands_test PRIVATE
  MINPAAS_COMMANDS_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data/commands"
  MINPAAS_DOCS="${PROJECT_SOURCE_DIR}/docs")

minpaas_test(commands_over_ssh_test LABEL integration
  SOURCES integration/sshd/ssh_server_fixture.cc integration/sshd/commands_over_ssh_test.cc
  LIBRARIES minpaas::sshd minpaas::commands minpaas::fake_platform minpaas_test_program)
target_compile_definitions(commands_over_ssh_test PRIVATE
  MINPAAS_TEST_HOST_KEYS="${CMAKE_CURRENT_BINARY_DIR}/commands_ssh_host_keys")
