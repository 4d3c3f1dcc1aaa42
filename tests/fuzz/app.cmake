minpaas_fuzz(procfile LIBRARIES minpaas::app)
