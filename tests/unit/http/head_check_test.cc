#include "http/head_check.h"

#include <gtest/gtest.h>

#include <string>

namespace minpaas::http {
namespace {

HeadFault fault(const std::string& headers) {
  return check_head("GET / HTTP/1.1\r\n" + headers + "\r\n");
}

TEST(RequestHead, IsGoodWhenItCanBeReadInOneWay) {
  EXPECT_EQ(fault("Host: a\r\nContent-Length: 5\r\nX-Other:\tb\xc3\xa9\r\n"), HeadFault::None);
  EXPECT_EQ(fault("Accept: a\r\nAccept: b\r\n"), HeadFault::None);
}

TEST(RequestHead, IsRefusedWhenTwoProgramsMayReadItInTwoWays) {
  for (const char* headers :
       {"Host: a\r\nHost: b\r\n", "Content-Length: 5\r\ncontent-length: 6\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: \r\n",
        "Content-Length: 99999999999999999999\r\n", "Host : a\r\n", " folded\r\n",
        "Host: a\r\n\tb\r\n", "Host: a\nX: b\r\n", "Host: a\rX: b\r\n", "no colon\r\n", ": a\r\n",
        "Authorization: a\r\nAuthorization: b\r\n", "X: a\x01\r\n"}) {
    EXPECT_EQ(fault(headers), HeadFault::Malformed) << headers;
  }
  EXPECT_EQ(fault(std::string("X: a\0b\r\n", 8)), HeadFault::Malformed);
}

TEST(RequestHead, HasABodyOfAKnownLengthOnly) {
  EXPECT_EQ(fault("Transfer-Encoding: chunked\r\n"), HeadFault::NoLength);
  EXPECT_EQ(fault("Content-Length: 5\r\ntransfer-encoding: chunked\r\n"), HeadFault::NoLength);
  EXPECT_EQ(fault("Content-Encoding: gzip\r\n"), HeadFault::NoLength);
}

TEST(RequestHead, WithoutALengthHasNoBody) {
  EXPECT_TRUE(lacks_length("POST /x HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(lacks_length("POST /x HTTP/1.1\r\nContent-LENGTH: 0\r\n\r\n"));
  EXPECT_FALSE(lacks_length("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
}

TEST(RequestHead, LosesItsRanges) {
  EXPECT_EQ(without_ranges("GET / HTTP/1.1\r\nHost: a\r\nRANGE:bytes=0-9\r\nRanges: x\r\n\r\n"),
            "GET / HTTP/1.1\r\nHost: a\r\nRanges: x\r\n\r\n");
  EXPECT_EQ(without_ranges("GET / HTTP/1.1\r\n\r\n"), "GET / HTTP/1.1\r\n\r\n");
}

}  // namespace
}  // namespace minpaas::http
