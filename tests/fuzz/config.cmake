minpaas_fuzz(ini LIBRARIES minpaas::config)
