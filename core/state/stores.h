#pragma once

// All stores: one class per noun, each a view on the Database. Thread: any.

#include "core/state/app_store.h"
#include "core/state/build_secret_store.h"
#include "core/state/certificate_store.h"
#include "core/state/check_store.h"
#include "core/state/config_store.h"
#include "core/state/container_store.h"
#include "core/state/cron_store.h"
#include "core/state/database.h"
#include "core/state/deploy_key_store.h"
#include "core/state/deploy_store.h"
#include "core/state/domain_store.h"
#include "core/state/event_store.h"
#include "core/state/grant_store.h"
#include "core/state/key_store.h"
#include "core/state/metric_store.h"
#include "core/state/release_store.h"
#include "core/state/resource_store.h"
#include "core/state/token_store.h"
#include "core/state/user_store.h"
#include "core/state/volume_store.h"
