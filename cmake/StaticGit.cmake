# libgit2 and what its transports need as archives, for a program that is started for one push: loading
# 12 shared libraries takes longer than the push. Without the archives the shared library is linked.
# Set the property MINPAAS_STATIC_GIT on an executable to link it so.
define_property(TARGET PROPERTY MINPAAS_STATIC_GIT
  BRIEF_DOCS "Link libgit2 as an archive instead of as a shared library")

set(archives)
foreach(name git2 ssh2 mbedtls mbedx509 mbedcrypto http_parser pcre2-8 crypto)
  find_library(MINPAAS_ARCHIVE_${name} lib${name}.a)
  list(APPEND archives ${MINPAAS_ARCHIVE_${name}})
endforeach()
# Debian's libgit2 can authenticate with Kerberos, of which there is no archive.
find_library(MINPAAS_GSSAPI NAMES libgssapi_krb5.so.2)
list(APPEND archives ${MINPAAS_GSSAPI})

add_library(minpaas_git2 INTERFACE)
if("${archives}" MATCHES NOTFOUND)
  message(STATUS "Not every archive that libgit2 needs is here: linking its shared library")
  target_link_libraries(minpaas_git2 INTERFACE PkgConfig::LIBGIT2)
else()
  target_include_directories(minpaas_git2 INTERFACE ${LIBGIT2_INCLUDE_DIRS})
  set(is_static $<BOOL:$<TARGET_PROPERTY:MINPAAS_STATIC_GIT>>)
  target_link_libraries(minpaas_git2 INTERFACE
    "$<IF:${is_static},${archives},PkgConfig::LIBGIT2>")
endif()
