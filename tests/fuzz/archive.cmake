minpaas_fuzz(archive LIBRARIES minpaas::archive)
