package io.techops.broadcast.engine;

import io.techops.broadcast.spi.Transport;
import java.util.Arrays;
import java.util.function.IntFunction;

/*
 * A round of a shard lasts as long as the transports of its peers take, and all its peers wait for it. A peer whose
 * transport may take long (Transport.encodesSlowly: it compresses) therefore belongs to a shard of a second set, which
 * runs on other threads, and the peers of the first set never wait for it. The shards of both sets are the same
 * otherwise: in the order, the bounds of the log, saturation and the end. Nothing is encoded twice: the slow encodings
 * are not those that the peers of the first set get.
 *
 * The second set, as large as the first, is made when the first such peer joins, in the same step under the log's lock:
 * a hub without such peers does not have it, and the end of the hub, which seals the log first, knows every shard that
 * has peers.
 */

/** The shards of a hub. Safe for use by any number of threads. */
final class Shards {

    private final int size;
    private final IntFunction<Shard> maker;
    /** The first set, followed by the second if there is one. Written under the log's lock, read by any thread. */
    private volatile Shard[] all = {};

    /**
     * @param size how many there are in a set
     * @param maker makes the shard with an index; indexes from {@code size} on are those of the second set
     */
    Shards(int size, IntFunction<Shard> maker) {
        this.size = size;
        this.maker = maker;
        extend(size);
    }

    /** {@return how many shards there are at most, with {@code size} in a set} */
    static int most(int size) {
        return 2 * size;
    }

    private void extend(int count) {
        Shard[] known = all;
        Shard[] more = Arrays.copyOf(known, count);
        for (int i = known.length; i < count; i++) {
            more[i] = maker.apply(i);
        }
        all = more;
    }

    /** {@return the shards that exist} The array must not be changed. */
    Shard[] all() {
        return all;
    }

    /** {@return the shard of a peer that has joined} */
    Shard of(PeerCursor cursor) {
        return all[cursor.shard];
    }

    /** {@return the index of the shard for a peer that is about to join} */
    int place(long id, Transport transport) {
        int place = (int) (id % size);
        return transport.encodesSlowly() ? size + place : place;
    }

    /**
     * Makes the set of shards of a peer that joins, if it does not exist. Called with the log's lock held. {@return how
     * many shards were made}
     */
    int make(PeerCursor cursor) {
        if (cursor.shard < all.length) {
            return 0;
        }
        extend(most(size));
        return size;
    }
}
