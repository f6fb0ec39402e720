//! The bytes of a model, in pieces: written as they come, read as they are wanted.

use std::io;

use async_stream::try_stream;
use entity::analytics::{ml_model, ml_model_part};
use futures_util::{Stream, TryStreamExt};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, TransactionSession, TransactionTrait,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::{ModelRepository, PLACE};
use crate::{AdapterError, error::Place, transaction, value::now};

/// Bytes of a piece, the last of a model aside.
pub const PIECE: usize = 1 << 20;

/// For errors.
const PARTS: Place = Place { area: PLACE.area, table: "ml_model_parts" };

impl<C: ConnectionTrait + TransactionTrait> ModelRepository<'_, C> {
    /// Writes the bytes of a model, in place of those it had; gives their number. They come in pieces of any size and go
    /// to the database in pieces of [`PIECE`], so that two of these are held at most. All of it or nothing: in a
    /// transaction of its own, or a savepoint of the caller's, which lasts as long as the bytes take to come.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such model;
    /// - [`AdapterError::Input`] when the bytes cannot be read to the end;
    /// - failures of the database.
    pub async fn write<B: AsRef<[u8]>>(
        &self,
        model_id: &str,
        mut bytes: impl Stream<Item = io::Result<B>> + Unpin,
    ) -> Result<u64, AdapterError> {
        let failed = || PARTS.while_doing("writing the bytes of a model");
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let replaced = ml_model::Entity::update_many()
            .col_expr(ml_model::Column::UpdatedAt, Expr::val(now()))
            .col_expr(ml_model::Column::ModelData, Expr::val(None::<Vec<u8>>))
            .filter(ml_model::Column::ModelId.eq(model_id));
        // Whoever writes the same model waits here.
        if replaced.exec(&transaction).await.map_err(failed())?.rows_affected == 0 {
            return Err(PLACE.not_found(&model_id));
        }
        let old = ml_model_part::Entity::delete_many().filter(ml_model_part::Column::ModelId.eq(model_id));
        old.exec(&transaction).await.map_err(failed())?;
        let mut parts = Parts { db: &transaction, model_id, upload: Uuid::now_v7(), number: 0, total: 0 };
        let mut piece = Vec::with_capacity(PIECE);
        while let Some(more) = bytes.try_next().await.map_err(AdapterError::Input)? {
            let mut more = more.as_ref();
            while !more.is_empty() {
                let (now, later) = more.split_at(more.len().min(PIECE - piece.len()));
                piece.extend_from_slice(now);
                more = later;
                if piece.len() == PIECE {
                    parts.add(std::mem::replace(&mut piece, Vec::with_capacity(PIECE))).await?;
                }
            }
        }
        if !piece.is_empty() {
            parts.add(piece).await?;
        }
        let total = parts.total;
        transaction.commit().await.map_err(failed())?;
        Ok(total)
    }
}

/// Where the pieces go.
struct Parts<'a, C> {
    db: &'a C,
    model_id: &'a str,
    upload: Uuid,
    number: i32,
    total: u64,
}

impl<C: ConnectionTrait> Parts<'_, C> {
    async fn add(&mut self, piece: Vec<u8>) -> Result<(), AdapterError> {
        self.total += piece.len() as u64;
        let part = ml_model_part::ActiveModel {
            model_id: Set(self.model_id.to_owned()),
            part: Set(self.number),
            upload: Set(self.upload),
            data: Set(piece),
        };
        self.number += 1;
        let written = ml_model_part::Entity::insert(part).exec_without_returning(self.db).await;
        written.map(drop).map_err(PARTS.while_doing("writing the bytes of a model"))
    }
}

impl<'db, C: ConnectionTrait> ModelRepository<'db, C> {
    /// The bytes of a model in pieces of up to [`PIECE`]; of a model without bytes there is none. Each piece is a query of
    /// its own, made when it is asked for: no session is held in between.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such model;
    /// - [`AdapterError::Replaced`] when other bytes were written meanwhile: what came so far is not to be used;
    /// - failures of the database.
    pub fn read(&self, model_id: &str) -> impl Stream<Item = Result<Vec<u8>, AdapterError>> + use<'db, C> {
        let (repository, model_id) = (*self, model_id.to_owned());
        try_stream! {
            repository.get(&model_id).await?;
            let mut number = 0;
            let mut upload = None;
            while let Some(part) = repository.part(&model_id, number).await? {
                if *upload.get_or_insert(part.upload) != part.upload {
                    Err(replaced(&model_id))?;
                }
                number += 1;
                yield part.data;
            }
            if upload.is_none() {
                // What another program has put there.
                let mut from = 1;
                while let Some(piece) = repository.piece_of_column(&model_id, from).await? {
                    from += PIECE;
                    yield piece;
                }
            }
            // An end is one only where nothing shorter has come in between.
            if repository.part(&model_id, 0).await?.map(|part| part.upload) != upload {
                Err(replaced(&model_id))?;
            }
        }
    }

    async fn part(&self, model_id: &str, number: i32) -> Result<Option<ml_model_part::Model>, AdapterError> {
        let found = ml_model_part::Entity::find_by_id((model_id.to_owned(), number)).one(self.db).await;
        found.map_err(PARTS.while_reading("reading the bytes of a model"))
    }

    /// A piece of `model_data`, from this byte on, counted from 1; none behind the last one.
    async fn piece_of_column(&self, model_id: &str, from: usize) -> Result<Option<Vec<u8>>, AdapterError> {
        let numbers = [from, PIECE].map(|number| Expr::val(i32::try_from(number).unwrap_or(i32::MAX)));
        let [from, length] = numbers;
        let piece = Func::cust("substr").arg(Expr::col(ml_model::Column::ModelData)).arg(from).arg(length);
        let query = ml_model::Entity::find()
            .select_only()
            .expr_as(piece, "piece")
            .filter(ml_model::Column::ModelId.eq(model_id));
        let found: Option<Option<Vec<u8>>> =
            query.into_tuple().one(self.db).await.map_err(PLACE.while_reading("reading the bytes of a model"))?;
        Ok(found.flatten().filter(|piece| !piece.is_empty()))
    }
}

fn replaced(model_id: &str) -> AdapterError {
    AdapterError::Replaced { area: PLACE.area, table: PLACE.table, id: model_id.to_owned() }
}
