minpaas_test(config_test LABEL unit
  SOURCES unit/config/docs_snippets_test.cc unit/config/ini_lines_test.cc unit/config/nearest_word_test.cc
    unit/config/sample_file_test.cc unit/config/setting_value_test.cc unit/config/settings_test.cc
  LIBRARIES minpaas::config)
target_compile_definitions(config_test PRIVATE
  MINPAAS_DOCS="${PROJECT_SOURCE_DIR}/docs"
  MINPAAS_SAMPLE_INI="${PROJECT_SOURCE_DIR}/config/minpaas.ini")
