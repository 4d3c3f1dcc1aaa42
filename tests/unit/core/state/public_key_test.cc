#include <gtest/gtest.h>

#include <string>

#include "core/state/key_store.h"
#include "tests/support/known_keys.h"

namespace minpaas::state {
namespace {

using namespace std::string_literals;

/// RFC 4648 section 4.
std::string base64(const std::string& bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    }
    for (const unsigned shift : {18U, 12U, 6U, 0U}) {
      text += kDigits[group >> shift & 63U];
    }
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  return text.replace(text.size() - padding, padding, padding, '=');
}

/// A `string` of the wire format.
std::string wire(const std::string& content) {
  std::string made;
  for (const int shift : {24, 16, 8, 0}) {
    made += static_cast<char>(content.size() >> shift & 0xff);
  }
  return made + content;
}

std::string line(const std::string& type, const std::string& blob) {
  return type + " " + base64(blob);
}

std::string rsa_line(const std::string& exponent, const std::string& modulus) {
  return line("ssh-rsa", wire("ssh-rsa") + wire(exponent) + wire(modulus));
}

std::string message_of(std::string_view text) {
  const auto key = PublicKey::parse(text);
  return key ? "accepted" : key.error().message;
}

const std::string kPoint(32, 'p');
const std::string kModulus = "\0\xff"s + std::string(254, 'm') + "\x01";

TEST(PublicKey, IsReadAsSshKeygenWritesIt) {
  for (const auto& known : {test::kEd25519, test::kEcdsa256, test::kEcdsa384, test::kEcdsa521,
                            test::kRsa2048, test::kRsa3072}) {
    const auto key = PublicKey::parse(known.line);
    ASSERT_TRUE(key) << known.line << key.error().message;
    EXPECT_EQ(key->fingerprint, known.fingerprint);
    EXPECT_EQ(key->comment, "ann@host");
    EXPECT_EQ(key->type + " " + key->blob_base64 + " " + key->comment, known.line);
  }
}

TEST(PublicKey, OfASecurityKeyIsAccepted) {
  const std::string ed25519 = "sk-ssh-ed25519@openssh.com";
  EXPECT_EQ(message_of(line(ed25519, wire(ed25519) + wire(kPoint) + wire("ssh:"))), "accepted");
  const std::string ecdsa = "sk-ecdsa-sha2-nistp256@openssh.com";
  const std::string point = "\x04" + std::string(64, 'p');
  EXPECT_EQ(message_of(line(ecdsa, wire(ecdsa) + wire("nistp256") + wire(point) + wire("ssh:"))),
            "accepted");
  EXPECT_NE(message_of(line(ed25519, wire(ed25519) + wire(kPoint))), "accepted");
}

TEST(PublicKey, NeedsNoCommentAndMayHaveALongOne) {
  EXPECT_EQ(PublicKey::parse(line("ssh-ed25519", wire("ssh-ed25519") + wire(kPoint)))->comment, "");
  const std::string known = test::kEd25519.line;
  EXPECT_EQ(PublicKey::parse("  " + known + " of  the office\r\n")->comment,
            "ann@host of  the office");
  EXPECT_LE(PublicKey::parse(known + std::string(1000, 'x'))->comment.size(), 200U);
  EXPECT_EQ(PublicKey::parse(known + "\x1b[2J\x07")->comment, "ann@host\\x1b[2J\\x07");
}

TEST(PublicKey, OfWeakKindsIsRefusedWithTheReason) {
  EXPECT_EQ(message_of(test::kRsa1024.line),
            "this RSA key has 1024 bits; 2048 to 16384 are accepted");
  EXPECT_EQ(message_of(rsa_line("\x03", kModulus)), "accepted");
  EXPECT_EQ(message_of(rsa_line("\x03", "\x7f" + kModulus.substr(2))),
            "this RSA key has 2047 bits; 2048 to 16384 are accepted");
  EXPECT_EQ(message_of(rsa_line("\x03", "\x01" + std::string(2048, 'm') + "\x01")),
            "this RSA key has 16393 bits; 2048 to 16384 are accepted");
  EXPECT_EQ(message_of("ssh-dss AAAA"), "DSA keys are too weak to be accepted");
}

TEST(PublicKey, WithImpossibleRsaNumbersIsRefused) {
  for (const auto& [exponent, modulus] : {
           std::pair{""s, kModulus},
           std::pair{"\x01"s, kModulus},                 // encrypts nothing
           std::pair{"\x04"s, kModulus},                 // even
           std::pair{"\x80\x01"s, kModulus},             // negative
           std::pair{"\0\x03"s, kModulus},               // not the shortest form
           std::pair{std::string(9, '\x03'), kModulus},  // 66 bits
           std::pair{"\x03"s, "\0"s},
           std::pair{"\x03"s, kModulus.substr(0, kModulus.size() - 1) + "\x02"},  // even
           std::pair{"\x03"s, "\0"s + kModulus},
       }) {
    EXPECT_EQ(message_of(rsa_line(exponent, modulus)), "the key is damaged");
  }
}

TEST(PublicKey, WhosePartsAreNotWholeIsRefused) {
  const std::string blob = wire("ssh-ed25519") + wire(kPoint);
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_NE(message_of(line("ssh-ed25519", blob.substr(0, size))), "accepted") << size;
  }
  EXPECT_EQ(message_of(line("ssh-ed25519", blob)), "accepted");
  EXPECT_EQ(message_of(line("ssh-ed25519", blob + "x")), "the key is damaged");
  EXPECT_EQ(message_of(line("ssh-ed25519", "\xff\xff\xff\xff" + blob)), "the key is damaged");
}

TEST(PublicKey, OnTheWrongCurveIsRefused) {
  const std::string type = "ecdsa-sha2-nistp256";
  const std::string point = "\x04" + std::string(64, 'p');
  EXPECT_EQ(message_of(line(type, wire(type) + wire("nistp256") + wire(point))), "accepted");
  for (const auto& [curve, bytes] :
       {std::pair{"nistp384"s, point}, std::pair{"nistp256"s, point + "p"},
        std::pair{"nistp256"s, "\x02" + std::string(32, 'p')},
        std::pair{"nistp256"s, "\x03" + point.substr(1)}, std::pair{"nistp256"s, ""s}}) {
    EXPECT_EQ(message_of(line(type, wire(type) + wire(curve) + wire(bytes))), "the key is damaged");
  }
}

TEST(PublicKey, ThatLiesAboutItsTypeIsRefused) {
  const std::string rsa = test::kRsa2048.line;
  EXPECT_EQ(message_of("ssh-ed25519" + rsa.substr(rsa.find(' '))),
            "the key is of another type than its first word says");
  EXPECT_EQ(message_of(line("ssh-ed25519", wire("ssh-ed25519\0"s) + wire(kPoint))),
            "the key is of another type than its first word says");
}

TEST(PublicKey, WithBrokenBase64IsRefused) {
  const std::string known = test::kEd25519.line;
  const std::string key = known.substr(0, known.rfind(' '));
  for (const std::string& broken :
       {"ssh-ed25519"s, "ssh-ed25519 "s, key.substr(0, key.size() - 1), key + "=", key + "!",
        key.substr(0, 20) + "_" + key.substr(21), "ssh-ed25519 ===="s}) {
    EXPECT_EQ(message_of(broken), "the key is damaged: its second word is no base64") << broken;
  }
}

TEST(PublicKey, IsNotConfusedWithAPrivateOne) {
  for (const char* pasted :
       {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n",
        "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"}) {
    const auto key = PublicKey::parse(pasted);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::InvalidInput);
    EXPECT_EQ(key.error().message, "this is a private key: keep it secret and give the public one");
    EXPECT_EQ(key.error().for_log().find("b3Blb"), std::string::npos);
  }
}

TEST(PublicKey, InAnotherFormatIsExplained) {
  for (const char* pasted :
       {"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "-----BEGIN PUBLIC KEY-----\nAAAA\n"}) {
    EXPECT_EQ(message_of(pasted), "this is a public key in another format");
    EXPECT_NE(PublicKey::parse(pasted).error().hint.find("ssh-keygen -i"), std::string::npos);
  }
}

TEST(PublicKey, WithOptionsIsRefused) {
  for (const char* options :
       {"no-pty ", "restrict,pty ", "from=\"10.0.0.1\" ", "command=\"echo hello there\",no-pty "}) {
    EXPECT_EQ(message_of(options + std::string(test::kEd25519.line)),
              "options before the key are not accepted");
  }
}

TEST(PublicKey, ThatIsNoneIsRefused) {
  EXPECT_EQ(message_of(""), "there is no public key");
  EXPECT_EQ(message_of(" \n"), "there is no public key");
  EXPECT_EQ(message_of("hello world"), "this is no SSH public key");
  EXPECT_EQ(message_of("AAAAC3NzaC1lZDI1NTE5AAAA"), "this is no SSH public key");
  EXPECT_EQ(message_of("ssh-ed25519-cert-v01@openssh.com AAAA"), "certificates are not accepted");
  EXPECT_EQ(message_of(std::string(10'000, 'a')), "this is too long for a public key");
  EXPECT_EQ(message_of(test::kEd25519.line + "\n"s + test::kRsa2048.line),
            "there is more than one line");
}

TEST(KeyFile, GivesTheKeysAndTellsOfTheLinesThatAreNone) {
  const std::string text = "# my team\n\n"s + test::kEd25519.line + "\r\nnonsense\n  " +
                           test::kRsa2048.line + "\nno-pty " + test::kEcdsa256.line;
  std::vector<std::string> bad;
  const auto keys = parse_key_file(text, bad);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].fingerprint, test::kEd25519.fingerprint);
  EXPECT_EQ(keys[1].fingerprint, test::kRsa2048.fingerprint);
  EXPECT_EQ(bad, (std::vector<std::string>{"line 4: this is no SSH public key",
                                           "line 6: options before the key are not accepted"}));
  EXPECT_TRUE(parse_key_file("", bad).empty());
}

}  // namespace
}  // namespace minpaas::state
