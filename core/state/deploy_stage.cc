#include <algorithm>
#include <initializer_list>

#include "core/state/deploy_row.h"
#include "core/state/enum_text.h"

namespace minpaas::state {
namespace {

constexpr EnumText<DeployKind, 9> kKinds{"deploy kind",
                                         {{{DeployKind::Push, "push"},
                                           {DeployKind::Rebuild, "rebuild"},
                                           {DeployKind::ConfigChange, "config_change"},
                                           {DeployKind::Restart, "restart"},
                                           {DeployKind::Rollback, "rollback"},
                                           {DeployKind::Scale, "scale"},
                                           {DeployKind::Stop, "stop"},
                                           {DeployKind::Start, "start"},
                                           {DeployKind::Image, "image"}}}};

constexpr EnumText<DeployStage, 12> kStages{"deploy stage",
                                            {{{DeployStage::Queued, "queued"},
                                              {DeployStage::Detecting, "detecting"},
                                              {DeployStage::Building, "building"},
                                              {DeployStage::Releasing, "releasing"},
                                              {DeployStage::Starting, "starting"},
                                              {DeployStage::Checking, "checking"},
                                              {DeployStage::Switching, "switching"},
                                              {DeployStage::Retiring, "retiring"},
                                              {DeployStage::Succeeded, "succeeded"},
                                              {DeployStage::Failed, "failed"},
                                              {DeployStage::Cancelled, "cancelled"},
                                              {DeployStage::Superseded, "superseded"}}}};

/// Every legal move, beside those of any unfinished stage to failed and cancelled.
constexpr std::pair<DeployStage, DeployStage> kMoves[] = {
    // Where a deploy enters the pipeline depends on its kind.
    {DeployStage::Queued, DeployStage::Detecting},
    {DeployStage::Queued, DeployStage::Building},
    {DeployStage::Queued, DeployStage::Releasing},
    {DeployStage::Queued, DeployStage::Starting},
    {DeployStage::Queued, DeployStage::Superseded},
    {DeployStage::Detecting, DeployStage::Building},
    {DeployStage::Building, DeployStage::Releasing},
    {DeployStage::Releasing, DeployStage::Starting},
    // A stopped app gets its release without a container being started.
    {DeployStage::Releasing, DeployStage::Switching},
    {DeployStage::Starting, DeployStage::Checking},
    {DeployStage::Checking, DeployStage::Switching},
    {DeployStage::Switching, DeployStage::Retiring},
    {DeployStage::Switching, DeployStage::Succeeded},
    {DeployStage::Retiring, DeployStage::Succeeded},
};

}  // namespace

std::string_view to_string(DeployKind kind) {
  return kKinds.text(kind);
}

bool makes_image(DeployKind kind) {
  return kind == DeployKind::Push || kind == DeployKind::Rebuild || kind == DeployKind::Image;
}

std::string_view to_string(DeployStage stage) {
  return kStages.text(stage);
}

Result<DeployKind> parse_deploy_kind(std::string_view text) {
  return kKinds.value(text);
}

Result<DeployStage> parse_deploy_stage(std::string_view text) {
  return kStages.value(text);
}

bool is_final(DeployStage stage) {
  return stage == DeployStage::Succeeded || stage == DeployStage::Failed ||
         stage == DeployStage::Cancelled || stage == DeployStage::Superseded;
}

bool may_move(DeployStage from, DeployStage to) {
  if (to == DeployStage::Failed || to == DeployStage::Cancelled) {
    return !is_final(from);
  }
  return std::find(std::begin(kMoves), std::end(kMoves), std::pair(from, to)) != std::end(kMoves);
}

}  // namespace minpaas::state
