/// The version of this build, as `baton --version` and the operator API say it.
package enum BatonVersion {
    package static let current = "0.1.0"
}
