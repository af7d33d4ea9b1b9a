package io.github.gracefulshutdown.autoconfigure;

/**
 * Is told that this process is another instance from now on, because it was restored from
 * a checkpoint. Called before anything of the application starts again.
 */
@FunctionalInterface
public interface RestoredInstanceListener {

	/**
	 * This process is another instance from now on.
	 * @param instance its identifier
	 */
	void restored(InstanceId instance);

}
