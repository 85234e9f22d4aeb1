package io.techops.broadcast.containers;

/**
 * What the endpoint promises in every container. What it sends, and when it holds back or ends a session, does not
 * depend on the way of deployment, so it is tested only with a configuration.
 */
public abstract class ContainerContract extends DeploymentContract
        implements OrderContract, FloodContract, EndContract, ApplicationContract, ReplayContract,
        HandshakeContract {

    /** Runs the contract in a container. */
    protected ContainerContract(Container.Starting starting) {
        super(DeploymentStyle.CONFIGURED, starting);
    }
}
