/** The hub: a bounded log of messages, a cursor for every peer, and the policies between them. No network code. */
module io.techops.broadcast {
    requires jdk.jfr;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.techops.broadcast;
}
