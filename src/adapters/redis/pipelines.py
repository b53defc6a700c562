"""One round trip of redis-py: commands out, replies back, errors among the replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hiredis
import redis
import redis.asyncio as redis_async
from redis.cluster import PipelineCommand
from redis.exceptions import AskError, RedisError, ResponseError, TryAgainError

from .clients import AsyncClient, Client
from .commands import Command, Reply

_ELSEWHERE = (AskError, TryAgainError)
"""Replies of a node that does not have, or not yet, the slot; MovedError is an AskError."""


def send(client: Client, commands: Sequence[Command]) -> list[Reply]:
    """Send to one server, or to each node of a cluster that is concerned.

    redis-py's own pipeline does the same in about twice the time.
    """
    if isinstance(client, redis.RedisCluster):
        return _send_to_nodes(client, commands)
    pool = client.connection_pool
    connection: Any = pool.get_connection()
    try:
        connection.send_packed_command([_packed(commands)])
        return [_reply(client, connection, command) for command in commands]
    except BaseException:
        # Replies that nobody has read would be taken for those of the next commands.
        connection.disconnect()
        raise
    finally:
        pool.release(connection)


def _packed(commands: Sequence[Command]) -> bytes:
    words = (command.words for command in commands)
    # hiredis takes all three kinds of words; its stubs want them all alike.
    return b"".join(hiredis.pack_command(some) for some in words)  # type: ignore[arg-type]


def _reply(client: redis.Redis, connection: Any, command: Command) -> Reply:
    try:
        return client.parse_response(connection, command.words[0])
    except ResponseError as error:
        return error


async def send_async(client: AsyncClient, commands: Sequence[Command]) -> list[Reply]:
    """As `send`."""
    if isinstance(client, redis_async.RedisCluster):
        return await _send_to_nodes_async(client, commands)
    pool = client.connection_pool
    connection: Any = await pool.get_connection()
    try:
        await connection.send_packed_command([_packed(commands)], check_health=False)
        return [await _reply_async(client, connection, command) for command in commands]
    except BaseException:
        # As in `send`.
        await connection.disconnect(nowait=True)
        raise
    finally:
        await pool.release(connection)


async def _reply_async(client: redis_async.Redis, connection: Any, command: Command) -> Reply:
    try:
        return await client.parse_response(connection, str(command.words[0]))
    except ResponseError as error:
        return error


async def refresh(client: AsyncClient) -> None:
    """After a failure, learn anew which node has which slots, without cutting off other callers.

    A blocking cluster client does that by itself.
    """
    if isinstance(client, redis_async.RedisCluster):
        await client.nodes_manager.initialize()


def _send_to_nodes(client: redis.RedisCluster, commands: Sequence[Command]) -> list[Reply]:
    """Write to all nodes, then read from all; the nodes work at the same time.

    Nodes are found here by the keys that the commands name, since redis-py would ask the server
    about the keys of each script. What has moved is followed one by one.
    """
    stack = [
        PipelineCommand(command.words, _target(client, command), position)
        for position, command in enumerate(commands)
    ]
    pipeline = client.pipeline()
    replies = pipeline.send_cluster_commands(stack, raise_on_error=False, allow_redirections=False)
    return [
        _follow(client, command) if isinstance(reply, _ELSEWHERE) else reply
        for command, reply in zip(commands, replies, strict=True)
    ]


async def _send_to_nodes_async(
    client: redis_async.RedisCluster, commands: Sequence[Command]
) -> list[Reply]:
    await client.initialize()
    pipeline = client.pipeline()
    for command in commands:
        pipeline.execute_command(*command.words, **_target(client, command))
    return await pipeline.execute(raise_on_error=False)


def _target(
    client: redis.RedisCluster | redis_async.RedisCluster, command: Command
) -> dict[str, Any]:
    return {"target_nodes": client.get_node_from_key(command.key)}


def _follow(client: redis.RedisCluster, command: Command) -> Reply:
    try:
        return client.execute_command(*command.words)
    except RedisError as error:
        return error
