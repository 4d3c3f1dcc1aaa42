#include <gtest/gtest.h>

#include <array>
#include <set>

#include "core/state/deploy_row.h"

namespace minpaas::state {
namespace {

using enum DeployStage;

constexpr std::array kAll{Queued,    Detecting, Building,  Releasing, Starting,  Checking,
                          Switching, Retiring,  Succeeded, Failed,    Cancelled, Superseded};

TEST(DeployStage, MovesOnlyForward) {
  const std::set<std::pair<DeployStage, DeployStage>> legal = {
      {Queued, Detecting},    {Queued, Building},     {Queued, Releasing},    {Queued, Starting},
      {Queued, Superseded},   {Queued, Failed},       {Queued, Cancelled},    {Detecting, Building},
      {Detecting, Failed},    {Detecting, Cancelled}, {Building, Releasing},  {Building, Failed},
      {Building, Cancelled},  {Releasing, Starting},  {Releasing, Switching}, {Releasing, Failed},
      {Releasing, Cancelled}, {Starting, Checking},   {Starting, Failed},     {Starting, Cancelled},
      {Checking, Switching},  {Checking, Failed},     {Checking, Cancelled},  {Switching, Retiring},
      {Switching, Succeeded}, {Switching, Failed},    {Switching, Cancelled}, {Retiring, Succeeded},
      {Retiring, Failed},     {Retiring, Cancelled},
  };
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      EXPECT_EQ(may_move(from, to), legal.count({from, to}) == 1)
          << to_string(from) << " to " << to_string(to);
    }
  }
}

TEST(DeployStage, NeverLeavesAFinalOne) {
  int final_stages = 0;
  for (const auto from : kAll) {
    final_stages += is_final(from) ? 1 : 0;
    for (const auto to : kAll) {
      EXPECT_FALSE(is_final(from) && may_move(from, to));
    }
  }
  EXPECT_EQ(final_stages, 4);
}

TEST(DeployStage, HasAWordForEachValueAndBack) {
  std::set<std::string_view> words;
  for (const auto stage : kAll) {
    words.insert(to_string(stage));
    EXPECT_EQ(parse_deploy_stage(to_string(stage)).value(), stage);
  }
  EXPECT_EQ(words.size(), kAll.size());
  EXPECT_EQ(parse_deploy_stage("exploding").error().code, ErrorCode::Corrupt);
}

TEST(DeployKind, HasAWordForEachValueAndBack) {
  for (const auto kind :
       {DeployKind::Push, DeployKind::Rebuild, DeployKind::ConfigChange, DeployKind::Restart,
        DeployKind::Rollback, DeployKind::Scale, DeployKind::Stop, DeployKind::Start}) {
    EXPECT_EQ(parse_deploy_kind(to_string(kind)).value(), kind);
  }
  EXPECT_EQ(parse_deploy_kind("").error().code, ErrorCode::Corrupt);
}

}  // namespace
}  // namespace minpaas::state
