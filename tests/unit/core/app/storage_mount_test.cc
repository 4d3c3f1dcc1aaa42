#include "core/app/storage_mount.h"

#include <gmock/gmock.h>

namespace minpaas {
namespace {

using testing::HasSubstr;

TEST(StorageMount, HasANameAndAPath) {
  const auto mount = StorageMount::parse("data:/srv/data/");
  ASSERT_TRUE(mount) << mount.error().for_log();
  EXPECT_EQ(mount->name.str(), "data");
  EXPECT_EQ(mount->path.str(), "/srv/data");
  EXPECT_TRUE(StorageMount::parse("up_loads-2.x:/app/uploads"));
  EXPECT_TRUE(StorageMount::parse("www:/usr/share/nginx/html"));
}

TEST(StorageMount, OfAFolderOfTheServerIsRefusedAsSuch) {
  for (const char* text : {"/srv/data:/data", "./data:/data", "~/data:/data", "../x:/data"}) {
    const auto mount = StorageMount::parse(text);
    ASSERT_FALSE(mount) << text;
    EXPECT_EQ(mount.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(mount.error().message, HasSubstr("is a folder of the server")) << text;
  }
}

TEST(StorageMount, IsRefusedInOneLineWhereItWouldBreakTheApp) {
  for (const char* text :
       {"data",          "data:",        ":/data",         "data:data",     "data:/",
        "data://",       "data:/a//b",   "data:/a/../b",   "data:/a/.",     "data:/..",
        "data:/proc",    "data:/proc/x", "data:/sys/fs",   "data:/dev/shm", "data:/etc",
        "data:/etc/app", "data:/usr/",   "data:/lib64/x",  "data:/run/x",   "data:/app",
        "data:/venv/",   "data:/a,b",    "data:/a:ro",     "data:/a:b",     "data:/a b",
        "data:/a\nb",    "data:/a\"b",   "data:/\xc3\xa4", "Data:/data",    "da ta:/data",
        "-x:/data",      "d,x:/data"}) {
    const auto mount = StorageMount::parse(text);
    ASSERT_FALSE(mount) << text;
    EXPECT_EQ(mount.error().code, ErrorCode::InvalidInput) << text;
    EXPECT_EQ(mount.error().message.find('\n'), std::string::npos) << text;
  }
  EXPECT_FALSE(StorageMount::parse("d:/" + std::string(200, 'a')));
  EXPECT_FALSE(StorageMount::parse(std::string(31, 'a') + ":/data"));
}

TEST(MountPath, KnowsWhatLiesInWhat) {
  const auto data = *MountPath::parse("/data");
  EXPECT_TRUE(data.is_within(data));
  EXPECT_TRUE(MountPath::parse("/data/x")->is_within(data));
  EXPECT_FALSE(data.is_within(*MountPath::parse("/data/x")));
  EXPECT_FALSE(MountPath::parse("/database")->is_within(data));
}

}  // namespace
}  // namespace minpaas
