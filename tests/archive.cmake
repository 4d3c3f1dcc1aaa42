minpaas_test(archive_test LABEL unit
  SOURCES unit/core/archive/tar_reader_test.cc unit/core/archive/tar_writer_test.cc
  LIBRARIES minpaas::archive PkgConfig::ZLIB)
