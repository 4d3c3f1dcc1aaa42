minpaas_fuzz(check LIBRARIES minpaas::hooks)
