minpaas_fuzz(check LIBRARIES minpaas::hooks)
minpaas_fuzz(certificate LIBRARIES minpaas::certs minpaas::hooks)
