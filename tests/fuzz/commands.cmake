minpaas_fuzz(exec_line LIBRARIES minpaas::commands)
minpaas_fuzz(config_input LIBRARIES minpaas::commands)
