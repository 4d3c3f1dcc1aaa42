minpaas_test(runtimes_test LABEL unit
  SOURCES unit/runtimes/catalog_test.cc unit/runtimes/contract_test.cc unit/runtimes/recipe_test.cc
  LIBRARIES minpaas::runtimes)
