minpaas_test(fake_engine_test LABEL unit
  SOURCES unit/support/fake_engine_test.cc
  LIBRARIES minpaas::test_support)
minpaas_test(engine_contract_test LABEL contract
  SOURCES contract/engine_bed.cc contract/engine_contract_test.cc
  LIBRARIES minpaas::test_support minpaas::archive fmt::fmt)
