minpaas_test(app_test LABEL unit
  SOURCES unit/core/app/names_test.cc unit/core/app/procfile_test.cc unit/core/app/release_test.cc
    unit/core/app/shell_command_test.cc
  LIBRARIES minpaas::app)
