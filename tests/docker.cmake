minpaas_test(fake_engine_test LABEL unit
  SOURCES unit/support/fake_engine_test.cc
  LIBRARIES minpaas::test_support)
