minpaas_fuzz(app_json LIBRARIES minpaas::app)
minpaas_fuzz(host_name LIBRARIES minpaas::app)
minpaas_fuzz(procfile LIBRARIES minpaas::app)
