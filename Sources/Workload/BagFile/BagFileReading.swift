extension BagFile {
  /// Reads the text of a bag file. Never fails: what is wrong is in `mistakes`, and `resolve` throws it.
  package init(reading text: String, file: String) {
    self.init(file: file)
  }
}
