/** The backplane on Redis or Valkey, through Lettuce: hubs of many nodes with one order. */
module io.techops.broadcast.redis {
    requires transitive io.techops.broadcast;
    requires io.netty.common;
    requires io.netty.handler; // this one and the next are needed by Lettuce, which has no module descriptor
    requires io.netty.resolver.dns;
    requires lettuce.core;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.techops.broadcast.redis;
}
