minpaas_test(base_test LABEL unit
  SOURCES unit/core/base/clock_test.cc unit/core/base/console_test.cc unit/core/base/dial_test.cc unit/core/base/text_test.cc unit/core/base/file_test.cc
    unit/core/base/terminal_text_test.cc unit/core/base/text_cut_test.cc unit/core/base/web_url_test.cc
  LIBRARIES minpaas::base)
minpaas_test(program_test LABEL integration
  SOURCES integration/core/base/program_test.cc
  LIBRARIES minpaas::base)
minpaas_test(webhook_test LABEL integration
  SOURCES integration/core/webhook/post_test.cc
  LIBRARIES minpaas::webhook minpaas::test_support)
