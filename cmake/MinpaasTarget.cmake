# Flags shared by every target of the project, and one function per kind of target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(MINPAAS_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined or thread")

add_library(minpaas_flags INTERFACE)
target_compile_options(minpaas_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wold-style-cast -Wnon-virtual-dtor -Wimplicit-fallthrough)
target_include_directories(minpaas_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(minpaas_flags INTERFACE MINPAAS_VERSION="${PROJECT_VERSION}")
target_link_libraries(minpaas_flags INTERFACE Threads::Threads)
if(MINPAAS_SANITIZE)
  # With its checks in the code, g++ 12 takes values for uninitialized that are not.
  target_compile_options(minpaas_flags INTERFACE -fsanitize=${MINPAAS_SANITIZE} -fno-omit-frame-pointer
    -Wno-maybe-uninitialized)
  target_link_options(minpaas_flags INTERFACE -fsanitize=${MINPAAS_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(minpaas_flags INTERFACE -fstack-protector-strong -fPIE)
  target_compile_definitions(minpaas_flags INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(minpaas_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()

# minpaas_library(NAME SOURCES ... PUBLIC ... PRIVATE ...): a static library, alias minpaas::NAME.
# PUBLIC are our own folders (the arrows), PRIVATE the third-party libraries only this folder sees.
function(minpaas_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(minpaas_${name} STATIC ${ARG_SOURCES})
  add_library(minpaas::${name} ALIAS minpaas_${name})
  target_link_libraries(minpaas_${name} PUBLIC minpaas_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()
