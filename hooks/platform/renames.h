#pragma once

#include "hooks/pipeline/pipeline_parts.h"

/// The files of an app that has another name: its repository and its build output. The rows have
/// the name at once; the files follow, and until they have, the rename is in the journal.
namespace minpaas::hooks {

/// Removes what is left over of a name that no app has. Errors: Unavailable.
Result<void> clear_files(const PipelineParts& parts, const AppName& name);

/// Gives them the name and takes the rename out of the journal. What has moved already stays;
/// where the old name is another app's by now, nothing moves. May be repeated.
/// Errors: Unavailable (the file system; a folder is there by both names), those of the store.
Result<void> move_files(const PipelineParts& parts, const state::RenameRow& rename);

/// Those that a crash has cut. One that fails is logged, and stays in the journal.
Result<void> finish_renames(const PipelineParts& parts);

}  // namespace minpaas::hooks
