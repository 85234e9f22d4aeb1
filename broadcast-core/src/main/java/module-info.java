/** The hub: a bounded log of messages, a cursor for every peer, and the policies between them. No network code. */
@SuppressWarnings("module") // the modules that "exports … to" names are compiled after this one
module io.techops.broadcast {
    requires jdk.jfr;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.techops.broadcast;
    exports io.techops.broadcast.spi;
    exports io.techops.broadcast.logging
            to io.techops.broadcast.endpoint, io.techops.broadcast.redis, io.techops.broadcast.tyrus;

    uses io.techops.broadcast.BroadcastHub.Builder;
    uses io.techops.broadcast.Topics.Builder;

    provides io.techops.broadcast.BroadcastHub.Builder with io.techops.broadcast.engine.HubBuilder;
    provides io.techops.broadcast.Topics.Builder with io.techops.broadcast.engine.TopicsBuilder;
}
