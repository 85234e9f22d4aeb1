package io.techops.broadcast.benchmarks;

/**
 * Where peers are. Publishers are those with the lowest numbers, one a topic where there are topics; so all of
 * these are at the first node.
 *
 * @param nodes how many nodes there are
 * @param topics how many topics there are; 0 for none
 */
record Placement(int nodes, int topics) {

    int node(int peer) {
        return peer / Math.max(1, topics) % nodes;
    }

    String path(int peer, Dialect dialect) {
        return dialect == Dialect.SOCKET_IO ? SocketIoParser.PATH : topics == 0 ? "/" : "/topics/t" + peer % topics;
    }

    /** {@return whether a peer is to get the messages of a publisher} */
    boolean hears(int peer, int publisher) {
        return topics == 0 || peer % topics == publisher;
    }

    /** {@return whether it counts how long a message takes: with several nodes, from one to another} */
    boolean isTimed(int peer, int publisher) {
        return nodes == 1 || node(peer) != node(publisher);
    }
}
