/** An auction, and no network. */
module com.example.auction {
    requires transitive io.techops.broadcast;

    exports com.example.auction;
}
