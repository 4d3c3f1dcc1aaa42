minpaas_library(certificate_support
  SOURCES support/certificate_maker.cc support/tls_client.cc
  PUBLIC minpaas::base
  PRIVATE PkgConfig::OPENSSL)
minpaas_test(certs_test LABEL unit
  SOURCES unit/core/certs/certificate_test.cc
  LIBRARIES minpaas::certs minpaas::certificate_support)
