/** Drives a hub by hand in a test: a transport in memory, virtual time, assertions. */
module io.techops.broadcast.testkit {
    requires transitive io.techops.broadcast;
    requires transitive org.assertj.core;
    requires static transitive org.jspecify;

    exports io.techops.broadcast.testkit;
}
