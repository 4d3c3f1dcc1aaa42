#pragma once

/// Lines of .pub files and their fingerprints, made with ssh-keygen of OpenSSH 9.2 for these tests.
namespace minpaas::test {

struct KnownKey {
  const char* line;
  const char* fingerprint;
};

constexpr KnownKey kEd25519{
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIErzaADkcvFgfiiGQmyPgeA0L8wEA+9K85JgnweoOhoJ ann"
    "@host",
    "SHA256:0DclYXnd+jyEgsKHE2cGEpnR4ktWHIa3Za+7rUBg79w"};

constexpr KnownKey kEcdsa256{
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB9eS614wQbY"
    "ABUTg4b58M8izghtkBAVYnEZg3OVY78879gCvb5PF9CZR617fvPU4dIeV8DReS7fIQnKAdWgMCY= ann@hos"
    "t",
    "SHA256:1frZ8StdJ83nqnreHOpGDprWyQU/GF6j/URd7sGnOoQ"};

constexpr KnownKey kEcdsa384{
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBEpLJbbet27V"
    "j8MbiPVwysAt9htoho9K8Mo1mPgHVU12VwgOrZHnCU8+RusS+dwR5pjzvzOGhbRdJwkG1eFaOEEtDuugtPNc"
    "dcjq2qClGg7wN+uMWRsQtedL5aoNrJrnLQ== ann@host",
    "SHA256:n8dcInPuNbIgVjwmBhEojilB4zJXTedUZe8JWlOyot8"};

constexpr KnownKey kEcdsa521{
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAC06LDjRc8a"
    "HmBho/uk6e6NvtE5mVLWS6ZF32DZH+JVKRWtZuGPDDSJ9bmNbcelaoymeM/9GnzImKSLVmy0D+ae6QHxqnKv"
    "8noAymMTykuBYpsWsfELJM7aNcRdwyY4n4so/9ec26p+N7lamzubJn5a5K1eAd1C0N415wh6LFikl1Nh8Q=="
    " ann@host",
    "SHA256:crva0WniiP9B3M7ITunvp8PMQ+VjN47rVGWsL4kjZ8I"};

constexpr KnownKey kRsa2048{
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCmlz4GPUFt2aPiREqCBi7IM5v1l2Hha6kUhB7lc3dYRWyx"
    "USULF3EuDyIrca1ZI/WsA75iuzPpY/ziKTYAoi7juHkym6zffWVnvhnB8fGorD/FnIpSatbl3ThwGCl1EJgI"
    "8DgMlN76NKCi0E1IVDda/BsS0AcJ6oT945LYrb6hEMx1oDeGVDoi1zxujNWtkhmbCJKpUhu1Q4CziQorz92v"
    "K1A5qM+uJNODbACz2fQ95V4XLQvZ/+EbKJxCnAr7wi4EykKNo4mLWJ6ErVvIKXdC9KDNGivOveUW0hovc61X"
    "tVBHuD3DaxlFWza1a+/fEki9wSa+IECcS+IILD2PvNCz ann@host",
    "SHA256:Z4JqEG5B0sFzYppkZdiAY74J0obH1OGb1q9AMRxQpb8"};

constexpr KnownKey kRsa3072{
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCkhi+khvN1Rati2WgPY0MYxI5zJcsW7uI2X4lnGlFgcwpM"
    "bZ50dnA+il4KKI6Bh3kxoOkUN3ELYJWPtPfvEzIbzWvNR/HsIYe5cuaTYPD/skec1nGon2//1S3swc0+QJ1z"
    "lejS1iHLkIZfGKSGSv1qWdLqiv6ZZRh8BI63k47vTZH54sr5EAxfE2OrKCKKk/jFliptMB5LXT/qHRW4hFgc"
    "G7LQgXhRj4HUf/5Md3tMWLDfTlJ92U9vwAZjM+CDG8kZo060yjmVJCJXnrDpiDyY5NB0yk5XOPzdLJqoB6+L"
    "UhMckjJTqY7BrloaiBIHvVq9SwtISLzVJzBupOZ9LfNSscONs33WvCjGLpHzezJIS6c0zIYttUi478+tJsus"
    "+GMYo5T0b4EaP7gcEex6e0arr3XhChD9xWs/sjLU6eREHIl3e24aM/Afie4ATJfO1IlL5xLqmCfSasbGL5Oa"
    "6WVvv2NugiQP58aUwi1PbdPTv34uVe/zXbWGno+3CpOwwZ0= ann@host",
    "SHA256:PqbUtKHksuwzr1VzTUAZe5+Y8y0F/EmErcI9xlKgD9c"};

constexpr KnownKey kRsa1024{
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDQeB6HmDz+xZ45CClU1sljHrthH8mcZ3B5viuRG1kydhBy"
    "Yyt2d1R34D2lyT1c11IGClwhR+R90/iiM+W03FgT9QB3ct/qBLbsjfUi7fQs0nzPws6GOGssRUYsaEmzJSH9"
    "7Uer0z5NdOVqpwOsJSjH3D6VoMgmKiX8FYsFz+xTLw== ann@host",
    "SHA256:HC6/M8KopV6+cHL3Q1Vp4UM6G863QJgpuO5guUuF5sY"};

}  // namespace minpaas::test
