#include "core/state/request_key_store.h"

#include <gtest/gtest.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::at_second;
using State = SeenRequest::State;

class RequestKeyRows : public testing::Test {
 protected:
  RequestKeyStore store() { return {file_.database(), secret_}; }

  SeenRequest begin(const KeyedRequest& request, int second = 100) {
    return store().begin(request, at_second(second), at_second(second - 50)).value();
  }

  test::StateFile file_;
  SecretKey secret_ = *SecretKey::load_or_create(file_.path().parent_path() / "secret.key", false);
  const KeyedRequest request_{"token", "key", "POST /apps {}"};
};

TEST_F(RequestKeyRows, GiveTheSameAnswerAgain) {
  EXPECT_EQ(begin(request_).state, State::New);
  EXPECT_EQ(begin(request_).state, State::AtWork);
  ASSERT_TRUE(store().finish(request_, {201, "a body"}));
  file_.reopen();
  const SeenRequest seen = begin(request_);
  EXPECT_EQ(seen.state, State::Answered);
  EXPECT_EQ(seen.answer.status, 201);
  EXPECT_EQ(seen.answer.body, "a body");
}

TEST_F(RequestKeyRows, AreOfOneTokenAndOneContent) {
  begin(request_);
  EXPECT_EQ(begin({"token", "key", "POST /apps {1}"}).state, State::OtherContent);
  EXPECT_EQ(begin({"other", "key", "POST /apps {1}"}).state, State::New);
  EXPECT_EQ(begin({"tok", "enkey", "POST /apps {1}"}).state, State::New);
}

TEST_F(RequestKeyRows, AreForgotten) {
  begin(request_);
  ASSERT_TRUE(store().forget(request_));
  EXPECT_EQ(begin(request_).state, State::New);
  ASSERT_TRUE(store().forget_unfinished());
  EXPECT_EQ(begin(request_).state, State::New);
  ASSERT_TRUE(store().finish(request_, {200, ""}));
  ASSERT_TRUE(store().forget_unfinished());
  EXPECT_EQ(begin(request_).state, State::Answered);
  EXPECT_EQ(begin(request_, 151).state, State::New);
}

}  // namespace
}  // namespace minpaas::state
