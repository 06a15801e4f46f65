extension Audit {
  /// Audits a ledger as `run` does, and where all is right follows one task through the copy that was audited.
  ///
  /// - Returns: the story where the report is clean, else nothing: a wrong ledger tells no story.
  /// - Throws: as `run`; `TaskReferenceError` where the reference names no task, or several.
  package static func story(
    of reference: TaskReference, in path: String, temporaryDirectory: String = "/tmp",
    progress: (Progress) -> Void = { _ in }
  ) throws -> (report: AuditReport, story: TaskStory?) {
    var story: TaskStory?
    let report = try run(path, temporaryDirectory: temporaryDirectory, progress: progress) { copy in
      let walk = try ChainWalk(path: copy)
      let task = try reference.resolve(among: walk.bags())
      story = TaskStory(try TaskRecorder.record(task, in: walk))
    }
    return (report, story)
  }
}
