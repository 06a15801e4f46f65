extension BagFile {
  /// Every text of the file that may hold placeholders, in the order of the keys.
  var templates: [Written<Template>] {
    var all: [Written<Template>] = command ?? []
    all += (environment ?? []).map(\.value)
    for input in inputs ?? [] {
      all.append(input.path)
      if let source = input.source { all.append(source) }
    }
    all += outputs ?? []
    if let taskName { all.append(taskName) }
    return all
  }

  /// Placeholders that no axis fills, and axes that no placeholder names.
  func axisMistakes() -> [Mistake] {
    // A sweep that was mistaken is on the list already; what it would have named can't be told.
    guard let sweep else { return [] }
    let names = Set(sweep.axes.map(\.name))
    var found: [Mistake] = []
    for template in templates {
      for axis in template.value.axes.sorted() where !names.contains(axis) {
        let hint =
          NearestKey.find(axis, in: names).map { "did you mean '{\($0)}'?" }
          ?? (names.isEmpty
            ? "give it values under 'sweep', or write '{{\(axis)}}' for braces themselves"
            : "known axes: \(names.sorted().joined(separator: ", "))")
        found.append(mistake("'{\(axis)}' is no axis of the sweep; \(hint)", at: template.place))
      }
    }
    // Where a list was mistaken as a whole, the placeholder may have stood in it.
    guard command != nil, environment != nil, inputs != nil, outputs != nil else { return found }
    let used = templates.reduce(into: Set<String>()) { $0.formUnion($1.value.axes) }
    for axis in sweep.axes where !used.contains(axis.name) {
      let problem =
        "the axis '\(axis.name)' is never used, so its tasks would be equal; write '{\(axis.name)}' somewhere"
      found.append(mistake(problem, at: axis.place))
    }
    return found
  }

  func mistake(_ message: String, at place: Place) -> Mistake {
    Mistake(file: file, line: place.line, column: place.column, message: message)
  }
}
