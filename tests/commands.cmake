minpaas_test(commands_test LABEL unit
  SOURCES unit/sshd/commands/config_input_test.cc unit/sshd/commands/exec_line_test.cc
  LIBRARIES minpaas::commands minpaas::fake_platform)
